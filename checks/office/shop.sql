CREATE TABLE customer (name TEXT PRIMARY KEY, city TEXT);
CREATE TABLE invoice (number TEXT PRIMARY KEY, customer TEXT, issued TEXT, total REAL, currency TEXT);
CREATE TABLE product (
  name TEXT PRIMARY KEY, maker TEXT, price REAL, weight REAL, stock INTEGER, height REAL, width REAL, depth REAL, colour TEXT
);
CREATE TABLE supplier (
  name TEXT PRIMARY KEY, country TEXT, city TEXT, street TEXT, house TEXT, postcode TEXT, phone TEXT, mail TEXT, contact TEXT,
  rating REAL, since INTEGER, currency TEXT, discount REAL, days INTEGER, remarks TEXT
);
