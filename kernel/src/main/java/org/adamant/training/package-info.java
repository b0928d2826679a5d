/** What training needs around a step. */
package org.adamant.training;
