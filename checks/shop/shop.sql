-- A shop with the types, keys and functions that real databases have.
CREATE TYPE currency AS ENUM ('NOK', 'SEK', 'EUR');
CREATE TABLE customer (
  id serial PRIMARY KEY, name text NOT NULL UNIQUE, city text NOT NULL, since date NOT NULL, discount numeric(5, 2), newsletter boolean
);
COMMENT ON TABLE customer IS 'Firms that have ordered at least once';
CREATE TABLE product (
  id serial PRIMARY KEY, name varchar(60) NOT NULL UNIQUE, price numeric(10, 2) NOT NULL, weight float8, stock int NOT NULL,
  tags text[], attributes jsonb
);
CREATE TABLE invoice (
  number text PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, issued date NOT NULL, total numeric(12, 2) NOT NULL,
  currency currency NOT NULL, entered timestamptz NOT NULL DEFAULT '2024-06-01 12:00+02'
);
CREATE TABLE invoice_line (
  invoice text REFERENCES invoice, product_id int REFERENCES product, quantity int NOT NULL, PRIMARY KEY (invoice, product_id)
);
CREATE TABLE price_change (
  product_id int REFERENCES product, changed date, price numeric(10, 2) NOT NULL, PRIMARY KEY (product_id, changed)
);
CREATE TABLE nothing_yet (name text PRIMARY KEY);
CREATE TABLE secret (name text PRIMARY KEY);

INSERT INTO customer (name, city, since, discount, newsletter) VALUES
  ('Fjordkontor', 'Bergen', '2011-03-14', 2.5, true), ('Nordlys Design', 'Tromsø', '2016-09-01', NULL, false),
  ('Havn & Dokk', 'Stavanger', '2009-11-23', 7.25, true), ('Studio “Granitt”', 'Oslo', '2020-01-07', 0, NULL),
  ('O''Brien Papir', 'Oslo', '2018-05-30', 1.5, false), ('Lysaker Regnskap', 'Bergen', '2014-07-19', 4, true);
INSERT INTO product (name, price, weight, stock, tags, attributes)
  SELECT name, price, weight, stock, ARRAY['office', 'tag ' || stock], jsonb_build_object('rank', stock, 'new', stock > 40)
  FROM (VALUES ('standing desk', 4890.00, 38.2, 17), ('swivel chair', 3055.50, 14.7, 26), ('desk lamp', 365.00, 2.1, 118),
    ('bookcase', 1840.00, 31.5, 31), ('whiteboard', 1423.90, 9.8, 8), ('filing cabinet', 2599.00, 27.4, 12),
    ('monitor stand', 587.50, 3.3, 45)) AS p (name, price, weight, stock);
INSERT INTO invoice (number, customer_id, issued, total, currency)
  SELECT 'F-' || (1000 + 7 * n), 1 + n % 6, date '2024-01-03' + 11 * n, 1250.25 * (1 + n * n % 17),
    (ARRAY['NOK', 'SEK', 'EUR', 'NOK'])[1 + n % 4]::currency
  FROM generate_series(1, 24) AS n;
INSERT INTO invoice_line
  SELECT number, p, 1 + (length(number) * p * extract(day FROM issued)::int) % 9
  FROM invoice, generate_series(1, 7) AS p WHERE (p + extract(doy FROM issued)::int) % 3 = 0;
INSERT INTO price_change
  SELECT p, date '2023-02-01' + 90 * k + p, round((100 + 37 * p + 12.5 * ((k * p) % 5))::numeric, 2)
  FROM generate_series(1, 7) AS p, generate_series(0, 4) AS k;

-- Functions that would leave something behind.
CREATE FUNCTION enter(who text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN INSERT INTO customer (name, city, since) VALUES (who, 'Oslo', '2024-01-01'); RETURN who; END $$;
CREATE FUNCTION enter_anyway(who text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN SET TRANSACTION READ WRITE; INSERT INTO customer (name, city, since) VALUES (who, 'Oslo', '2024-01-01'); RETURN who; END $$;
CREATE FUNCTION enter_by_setting(who text) RETURNS text LANGUAGE plpgsql AS $$
  BEGIN PERFORM set_config('transaction_read_only', 'off', false); INSERT INTO customer (name, city, since) VALUES (who, 'Oslo', '2024-01-01');
  RETURN who; END $$;
CREATE FUNCTION keep_setting() RETURNS text LANGUAGE sql AS $$ SELECT set_config('dive.kept', 'yes', false) $$;
CREATE SEQUENCE tickets;

CREATE ROLE reader LOGIN PASSWORD 'k7-fjord/%secret';
GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
REVOKE SELECT ON secret FROM reader;
CREATE ROLE owner LOGIN SUPERUSER PASSWORD 'k7-fjord/%secret';
