CREATE TABLE customer (name TEXT PRIMARY KEY, city TEXT, since INTEGER);
CREATE TABLE invoice (number TEXT PRIMARY KEY, customer TEXT, issued TEXT, total REAL, paid INTEGER, currency TEXT);
CREATE TABLE product (name TEXT PRIMARY KEY, maker TEXT, price REAL, weight REAL, stock INTEGER);
CREATE TABLE supplier (name TEXT PRIMARY KEY, country TEXT, city TEXT, street TEXT, phone TEXT, rating REAL, since INTEGER);
