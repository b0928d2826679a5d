/** What a program found, and the page that shows it. */
package org.adamant.bench.train.report;
