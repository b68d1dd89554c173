-- Who lives in a home is asked at each booking.
CREATE INDEX "core_adult_household" ON "core_adult" ("household");

CREATE INDEX "core_child_household" ON "core_child" ("household");
