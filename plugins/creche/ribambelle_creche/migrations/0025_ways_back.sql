-- What goes is looked for in every table that may point at it: one index, not the whole table.
CREATE INDEX "creche_application_child" ON "creche_application" ("child");

CREATE INDEX "creche_application_household" ON "creche_application" ("household");

CREATE INDEX "creche_contact_application" ON "creche_contact" ("application");

CREATE INDEX "creche_contract_application" ON "creche_contract" ("application");

CREATE INDEX "creche_contract_transfer" ON "creche_contract" ("transfer");

CREATE INDEX "creche_decision_application" ON "creche_decision" ("application");

CREATE INDEX "creche_decision_pin" ON "creche_decision" ("pin");

CREATE INDEX "creche_examined_application" ON "creche_examined" ("application");

CREATE INDEX "creche_feasibility_application" ON "creche_feasibility" ("application");

CREATE INDEX "creche_notice_application" ON "creche_notice" ("application");

CREATE INDEX "creche_pin_application" ON "creche_pin" ("application");

CREATE INDEX "creche_appeal_decision" ON "creche_appeal" ("decision");
