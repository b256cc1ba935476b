CREATE TABLE a_table_with_quite_a_long_name_that_goes_on_and_on (a_column_with_quite_a_long_name_too serial PRIMARY KEY,
    another_column_with_a_long_name_that_matters int UNIQUE CHECK (another_column_with_a_long_name_that_matters > 0),
    third_one_that_is_longer_than_all_the_others_together int REFERENCES a_table_with_quite_a_long_name_that_goes_on_and_on);
CREATE INDEX ON a_table_with_quite_a_long_name_that_goes_on_and_on
    (another_column_with_a_long_name_that_matters, third_one_that_is_longer_than_all_the_others_together);
CREATE TABLE "täble_mit_ümlauten_und_sehr_länglichem_nämen_ößü" ("späälte_mit_ümlauten_länger_als_nötig" serial UNIQUE);
CREATE TABLE "Ünïcode" ("Größe" int PRIMARY KEY, "select" int UNIQUE);
