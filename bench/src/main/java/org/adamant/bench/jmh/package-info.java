/** The JMH benchmarks of the step, each with its baselines in the same class. */
package org.adamant.bench.jmh;
