DROP FUNCTION app.users();
