/** What the tests of the kernel and those of proptest have in common: the arrays of a step, and comparing them. */
package org.adamant.testkit;
