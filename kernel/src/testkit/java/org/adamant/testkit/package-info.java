/** What the tests of the kernel and those of proptest have in common: arrays of a step, their comparison, processes. */
package org.adamant.testkit;
