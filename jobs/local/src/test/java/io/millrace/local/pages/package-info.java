/** Holds the pages of the repository to the code: tables, links, names of tests, length. */
@NullMarked
package io.millrace.local.pages;

import org.jspecify.annotations.NullMarked;
