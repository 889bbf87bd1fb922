import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  {
    ignores: [
      '**/*.d.ts',
      '**/*.d.mts',
      'node_modules/',
      'bench/node_modules/',
      'dist/',
      'shots/',
      'coverage/',
      'test-results/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        // The same for every file: a change between two files would load the whole project again.
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // TypeScript itself checks names, and knows the types that this rule does not.
      'no-undef': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Interfaces here are asynchronous where one of their implementations is.
      '@typescript-eslint/require-await': 'off',
      // Ports are interfaces written with methods and handed on as functions; a class that loses its `this` here fails
      // at its first private field.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: {
        parser: ts.parser,
        svelteConfig: { compilerOptions: { runes: true } },
      },
    },
    rules: {
      'svelte/no-at-html-tags': 'error',
      // Addresses are fragments of one page; there is no router to resolve them.
      'svelte/no-navigation-without-resolve': 'off',
      // There are no stores here, and the rule asks for the type of every expression.
      'svelte/require-store-reactive-access': 'off',
      // A plain Map or Set is meant where it is private and shown nowhere.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.svelte'],
    // What the linter reads of a component is not the file on the disk, so each one makes TypeScript check its project
    // anew: that of the page alone is smaller, and the one of all other files is then checked but once.
    languageOptions: { parserOptions: { projectService: false, project: 'tsconfig.page.json' } },
  },
  {
    // Tests look into values whose shape they have just asserted.
    files: ['tests/**'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  {
    // The linter does not see the types that a component's markup gives to its snippets and loops; svelte-check does.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
  },
  {
    files: ['scripts/service-worker.js'],
    languageOptions: { globals: globals.serviceworker },
  },
);
