-- What is in shop.db. SQLite's own program makes it: sqlite3 shop.db < shop.sql
create table sales (id integer primary key, price real, rooms integer, city text, sold date, big integer);
insert into sales
with recursive n(i) as (select 1 union all select i + 1 from n where i < 200)
select i, 100 + 37 * (i % 7) + i * 0.25, 1 + i * i % 5, case when i % 11 = 0 then null when i % 3 = 0 then 'Oslo' else 'Bergen' end,
  date('2024-01-01', (i * 13 % 300) || ' days'), 9007199254740992 + i from n;
create table "odd names" ("a b" integer, photo blob);
insert into "odd names" values (1, x'ff00'), (2, null);
create view cities as select city, count(*) as number from sales group by city;
