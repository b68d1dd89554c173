-- What goes is looked for in every table that may point at it: one index, not the whole table.
CREATE INDEX "assmat_statement_care" ON "assmat_statement" ("care");
