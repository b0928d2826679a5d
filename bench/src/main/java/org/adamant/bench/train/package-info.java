/**
 * The command {@code train}: programs that use the kernel's public API on data with known answers. Each program
 * checks its own claims.
 */
package org.adamant.bench.train;
