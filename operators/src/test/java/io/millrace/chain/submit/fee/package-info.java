/** Tests of the submitter, also on a real node that fails, lies and reorganises. */
@NullMarked
package io.millrace.chain.submit.fee;

import org.jspecify.annotations.NullMarked;
