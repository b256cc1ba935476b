package x;
public interface JobRepository extends JpaRepository<Job, Long> {
    @Query(value = "SELECT * FROM user_documents WHERE id = :id", nativeQuery = true)
    List<Job> slow(long id);
}
