-- Version 7 and those before it took a file for read of which only the beginning was, when a scan was called off in the middle of
-- it: such a file is looked at once more. So is one that ends with a torn line, for nothing.

UPDATE files SET size = read_to WHERE present AND starts_with(path, '/') AND read_to < size;
