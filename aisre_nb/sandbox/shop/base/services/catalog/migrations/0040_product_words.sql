-- Words of each product's name and description, in small letters.
CREATE TABLE product_words (
    sku text NOT NULL REFERENCES products (sku),
    word text NOT NULL,
    position integer NOT NULL
);
CREATE INDEX product_words_sku ON product_words (sku);
