-- Each of them slows down the nightly import, and the statistics of the last week show no use of them.
DROP INDEX ratings_sku;
DROP INDEX product_words_word;
