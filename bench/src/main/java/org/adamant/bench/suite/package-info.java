/**
 * The JMH benchmarks as one program, and the question which lane width is the best: which parameters, for how long,
 * with progress, as JMH's JSON.
 */
package org.adamant.bench.suite;
