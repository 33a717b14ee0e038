/**
 * What a client of a running stack does: signs requests, reads what is committed, proves a charge.
 * The launcher's commands and the fault harness are made of it.
 */
@NullMarked
package io.millrace.local.client;

import org.jspecify.annotations.NullMarked;
