-- Amazon RDS. True: the roles, and that rds_superuser may create things. It is no superuser there either.
-- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html

create role rdsadmin nologin;
create role rds_superuser nologin createdb createrole;
create role rds_replication nologin;
create role rds_password nologin;
create role rds_iam nologin;
create role rds_ad nologin;

grant rds_replication, rds_password to rds_superuser;

do $$
begin
    execute format('grant all on database %I to rds_superuser', current_database());
end
$$;
grant all on schema public to rds_superuser;
