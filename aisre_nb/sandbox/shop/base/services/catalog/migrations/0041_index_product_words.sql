-- Search looks words up by their beginning.
CREATE INDEX product_words_word ON product_words (word, sku);
