package x;
@Entity
@Table(name = "executor_jobs", schema = "public")
public class Job {
}
