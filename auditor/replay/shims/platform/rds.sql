-- Amazon RDS: rds_superuser may create things.
-- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html

do $$
begin
    execute format('grant all on database %I to rds_superuser', current_database());
end
$$;
grant all on schema public to rds_superuser;
