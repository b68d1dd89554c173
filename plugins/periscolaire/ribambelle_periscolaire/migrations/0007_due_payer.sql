CREATE INDEX "periscolaire_due_payer" ON "periscolaire_due" ("payer");
