-- What goes is looked for in every table that may point at it: one index, not the whole table.
CREATE INDEX "paiement_line_child" ON "paiement_line" ("child");

CREATE INDEX "paiement_report_line_payer" ON "paiement_report_line" ("payer");
