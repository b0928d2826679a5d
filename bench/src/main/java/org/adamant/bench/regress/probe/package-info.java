/** What runs in the measured JVMs: two kernels side by side, each with a class loader of its own. */
package org.adamant.bench.regress.probe;
