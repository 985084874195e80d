-- The role that the demo's Brazier uses: it reads the shop and writes in a schema of its own, as the README asks for.
create role brazier login password 'demo';
grant usage on schema demo_shop to brazier;
grant select on all tables in schema demo_shop to brazier;
create schema brazier authorization brazier;
