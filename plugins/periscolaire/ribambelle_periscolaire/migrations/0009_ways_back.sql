-- What goes is looked for in every table that may point at it: one index, not the whole table.
CREATE INDEX "periscolaire_booking_payer" ON "periscolaire_booking" ("payer");

CREATE INDEX "periscolaire_mark_child" ON "periscolaire_mark" ("child");

CREATE INDEX "periscolaire_arrival_household" ON "periscolaire_arrival" ("household");

CREATE INDEX "periscolaire_wish_request_adult" ON "periscolaire_wish_request" ("adult");

CREATE INDEX "periscolaire_wish_request_household" ON "periscolaire_wish_request" ("household");
