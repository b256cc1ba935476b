JOBS = 'executor_jobs'.freeze
# ExecutorJob.create!(type: 'x')
class Worker
  def run(conn)
    ExecutorJob.create!(type: 'x')
    ExecutorJob.where(id: 1).update_all(status: 'done')
    ExecutorJob.find_by(id: 1)
    Queued.destroy_all
    conn.exec_params("DELETE FROM #{JOBS} WHERE id = $1", [1])
    conn.execute <<~SQL
      INSERT INTO executor_jobs (type)
      SELECT kind FROM user_documents
    SQL
    ActiveRecord::Base.connection.execute('SELECT claim_orchestrator_jobs(1)')
    job = ExecutorJob.new(type: 'x')
    job.save!
    list.where(id: 1).first
    puts 'insert into executor_jobs values (1)'
  end
end
