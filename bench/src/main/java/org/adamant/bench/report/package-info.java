/** One page from the results of all commands. */
package org.adamant.bench.report;
