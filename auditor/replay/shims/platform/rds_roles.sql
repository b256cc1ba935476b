-- Amazon RDS's roles. rds_superuser is no superuser there either.
-- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html

create role rdsadmin nologin;
create role rds_superuser nologin createdb createrole;
create role rds_replication nologin;
create role rds_password nologin;
create role rds_iam nologin;
create role rds_ad nologin;

grant rds_replication, rds_password to rds_superuser;
