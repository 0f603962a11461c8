-- Customers may rate what they bought. Nothing shows ratings yet.
CREATE TABLE ratings (
    sku text NOT NULL REFERENCES products (sku),
    stars integer NOT NULL CHECK (stars BETWEEN 1 AND 5)
);
CREATE INDEX ratings_sku ON ratings (sku);
