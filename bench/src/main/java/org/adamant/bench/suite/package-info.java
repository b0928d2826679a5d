/** The JMH benchmarks as one suite: which parameters, for how long, with progress, as JMH's JSON. */
package org.adamant.bench.suite;
