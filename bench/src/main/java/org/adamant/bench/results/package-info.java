/** Results of measurements, read from the JSON that JMH writes. */
package org.adamant.bench.results;
