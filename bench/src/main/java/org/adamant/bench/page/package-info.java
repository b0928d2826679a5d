/** Self-contained HTML pages: pictures as SVG, each with its numbers, and tables. */
package org.adamant.bench.page;
