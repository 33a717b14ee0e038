@NullMarked
package io.millrace.page;

import org.jspecify.annotations.NullMarked;
