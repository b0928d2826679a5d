/** Classes for several commands: files that are never half written, progress, the machine's name. */
package org.adamant.bench.support;
