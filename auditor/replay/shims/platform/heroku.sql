-- Heroku's schema for extensions.
-- https://devcenter.heroku.com/articles/heroku-postgres-extensions-postgis-full-text-search

create schema heroku_ext;
