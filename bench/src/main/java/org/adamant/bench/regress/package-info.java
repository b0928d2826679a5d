/**
 * The gate for continuous integration: measures the kernel and that of the base commit, and decides whether it has
 * become slower.
 */
package org.adamant.bench.regress;
