/**
 * The command {@code train}: everything an Adam optimizer is for, done with the kernel's public API
 * on data with known answers, each program checking its own claim.
 */
package org.adamant.bench.train;
