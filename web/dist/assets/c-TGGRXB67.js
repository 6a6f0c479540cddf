import{Q as a}from"./c-72UMPRQR.js";import"./c-ILU3O4ZD.js";import"./c-Q7C3CH7H.js";import"./c-H7533LJR.js";import"./c-OIZJL7KO.js";import"./c-J2OOOELC.js";export{a as default};
