-- What goes is looked for in every table that may point at it: one index, not the whole table.
CREATE INDEX "core_session_account" ON "core_session" ("account");

CREATE INDEX "core_adult_account" ON "core_adult" ("account");

CREATE INDEX "core_errand_staff" ON "core_errand" ("staff");

CREATE INDEX "core_login_account" ON "core_login" ("account");

CREATE INDEX "core_campaign_recipient_adult" ON "core_campaign_recipient" ("adult");

CREATE INDEX "core_campaign_recipient_message" ON "core_campaign_recipient" ("message");

CREATE INDEX "core_custody_even" ON "core_custody" ("even");

CREATE INDEX "core_custody_odd" ON "core_custody" ("odd");

CREATE INDEX "core_custody_first_half" ON "core_custody" ("first_half");

CREATE INDEX "core_custody_proposed_by" ON "core_custody" ("proposed_by");

CREATE INDEX "core_document_child" ON "core_document" ("child");

CREATE INDEX "core_document_household" ON "core_document" ("household");

CREATE INDEX "core_conversation_demande" ON "core_conversation" ("demande");

CREATE INDEX "core_history_step_demande" ON "core_history_step" ("demande");

CREATE INDEX "core_letter_document" ON "core_letter" ("document");
