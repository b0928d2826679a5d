/** What results show: comparisons, tables and charts, and one page from the results of all commands. */
package org.adamant.bench.report;
