CREATE TABLE products (
    sku text PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL DEFAULT ''
);
CREATE TABLE prices (
    sku text PRIMARY KEY REFERENCES products (sku),
    cents integer NOT NULL
);
