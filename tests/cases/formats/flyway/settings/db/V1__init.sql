CREATE TABLE ${flyway:defaultSchema}.a (id int);
GRANT SELECT ON a TO ${role};
GRANT SELECT ON a TO ${secret};
