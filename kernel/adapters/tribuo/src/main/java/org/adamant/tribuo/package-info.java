/** Adamant as an optimiser of Tribuo. */
package org.adamant.tribuo;
