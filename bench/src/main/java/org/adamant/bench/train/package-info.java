/**
 * The command {@code train}: everything an Adam optimizer is for, done with the kernel's public API
 * on data with known answers, each program checking its own claim. Rooms, each using those before it:
 * {@code data}, {@code model}, {@code trainer}, {@code report}, {@code program}.
 */
package org.adamant.bench.train;
