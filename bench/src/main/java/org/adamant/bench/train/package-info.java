/**
 * The command {@code train}: programs that use the kernel's public API on data with known answers. Each program
 * checks its own claims. Rooms, each using those before it: {@code data}, {@code model}, {@code trainer}, {@code
 * report}, {@code program}.
 */
package org.adamant.bench.train;
