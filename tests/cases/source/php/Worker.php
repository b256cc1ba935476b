<?php
use Illuminate\Database\Eloquent\Model;
class ExecutorJob extends Model { protected $table = 'executor_jobs'; }
class Worker {
    const TABLE = 'executor_jobs';
    function run(PDO $db, $table) {
        $stmt = $db->prepare('INSERT INTO executor_jobs (type) VALUES (:type)');
        $sql = "DELETE FROM " . self::TABLE . " WHERE id = ?";
        $db->query("UPDATE $table SET a = 1");
        DB::table('executor_jobs')->where('id', 1)->update(['a' => 1]);
        ExecutorJob::create(['type' => 'x']);
        ExecutorJob::where('id', 1)->get();
        $q = <<<SQL
SELECT * FROM user_documents WHERE id = $id
SQL;
        error_log('insert into executor_jobs values (1)');
    }
}
