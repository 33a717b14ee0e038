/** What tests of several stages share: harnesses, fakes and fixtures. */
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;
