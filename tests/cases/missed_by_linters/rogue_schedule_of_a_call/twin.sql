SELECT cron.schedule('* * * * *', 'SELECT ops.read_note(1)');
