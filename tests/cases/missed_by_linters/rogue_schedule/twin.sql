SELECT cron.schedule('night', '0 3 * * *', $$DELETE FROM ops.notes WHERE status = 'dead'$$);
