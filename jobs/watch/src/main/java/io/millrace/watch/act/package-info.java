/**
 * What is said to the tribunal, and what it says: an epoch's tree rebuilt from its receipts, the
 * witnesses of every call, and the state of cases.
 */
@NullMarked
package io.millrace.watch.act;

import org.jspecify.annotations.NullMarked;
